// How messages are laid out in time: under the day they are of, and those that one person writes in a row as one.

const ROW_MS = 5 * 60_000; // A longer pause begins another row.
const DAY_MS = 86_400_000;

/**
 * Messages, oldest first, with an item `{id, day, text}` before the first of each day. `follows` tells of a message that
 * it goes on with what its author has just said.
 */
export function inDays(messages) {
  const today = new Date().setHours(0, 0, 0, 0);
  return messages.flatMap((message, index) => {
    const [day, before] = [dayOf(message), messages[index - 1]];
    if (before && dayOf(before) === day) return [{ ...message, follows: isRow(before, message) }];
    const text = named(day, today);
    return [{ id: text, day: new Date(day), text }, message];
  });
}

/** The time of day, as short as the reader's country has it. */
export const clock = (when) => when.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });

const dayOf = ({ createdAt }) => new Date(createdAt).setHours(0, 0, 0, 0);

const isRow = (before, { from, createdAt }) =>
  before.from.id === from.id && new Date(createdAt) - new Date(before.createdAt) < ROW_MS;

function named(day, today) {
  const ago = Math.round((today - day) / DAY_MS); // rounded, for the days on which clocks are changed
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  const year = new Date(day).getFullYear() === new Date(today).getFullYear() ? undefined : "numeric";
  return new Date(day).toLocaleDateString([], { weekday: "long", day: "numeric", month: "long", year });
}
