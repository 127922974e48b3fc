/** What messages, rejects and series call the input `-`. */
export const STDIN_NAME = 'stdin';
