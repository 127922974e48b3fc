/** Views of consecutive windows in one memory; made once for as long as the memory is used again. */
export class WindowViews {
  readonly #known = new WeakMap<ArrayBufferLike, KnownViews>();

  /** At least `count` views of `size` numbers each, one after another. */
  of(
    { buffer, byteOffset, BYTES_PER_ELEMENT }: Float64Array,
    count: number,
    size: number,
  ): readonly Float64Array[] {
    let known = this.#known.get(buffer);
    if (known?.byteOffset !== byteOffset || known.size !== size) {
      this.#known.set(buffer, (known = { byteOffset, size, views: [] }));
    }
    const { views } = known;
    for (let i = views.length; i < count; i++) {
      views.push(new Float64Array(buffer, byteOffset + i * size * BYTES_PER_ELEMENT, size));
    }
    return views;
  }
}

interface KnownViews {
  readonly byteOffset: number;
  readonly size: number;
  readonly views: Float64Array[];
}
