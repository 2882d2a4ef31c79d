"""What Redis does in one step, as Lua: numbers and logs of rooms; see record_scripts.py for who may come back.

The sequence is a hash: `number` of the latest that was kept, `begun`, before which nobody's position counts, `run`, the
Redis that it was begun on, and `window`, for how many milliseconds nodes keep. Numbers begin with the time in
microseconds, so that a database which was emptied, or a replica that lags behind, repeats none.

An entry of a log is its number (8 bytes), that of the entry before it, how many bytes the log had by then, when it was
kept in seconds since 1970 (4 bytes), and the message, or nothing for one that is too large.
"""

from hashlib import sha1

from engine.backplane.redis.commands import pack
from engine.limits import Limits

SEQUENCE_SECONDS = 7 * 24 * 3600
"""How long the sequence is known when no node runs."""


def bounded(script: str, **bounds: int) -> str:
    """A script with numbers for names in capitals."""
    for name, bound in bounds.items():
        script = script.replace(name, str(bound))
    return script


FRESH = """
local function fresh(least)
  local time = redis.call('TIME')
  local number = math.max(least, time[1] * 1000000 + time[2])
  local text = string.format('%.0f', number)
  redis.call('HSET', KEYS[1], 'number', text, 'begun', text)
  redis.call('EXPIRE', KEYS[1], SEQUENCE_SECONDS)
  return number
end
"""
KEEP = """
local function keep(key, number, kept, now)
  local last = redis.call('LINDEX', key, -1)
  local previous, total = string.rep('\\0', 8), #kept
  if last then
    previous, total = string.sub(last, 1, 8), total + struct.unpack('>I8', last, 17)
  end
  local count = redis.call('RPUSH', key, number .. previous .. struct.pack('>I8I4', total, now) .. kept)
  if count > ENTRIES then
    redis.call('LPOP', key)
    count = count - 1
  end
  -- Bytes and age are looked at where an entry is large, and now and then.
  local is_due = #kept * ENTRIES > BYTES or count % 16 == 0
  while is_due and count > 1 do
    local _, _, before, at = struct.unpack('>I8I8I8I4', redis.call('LINDEX', key, 0))
    if total - before <= BYTES and at >= now - SECONDS then break end
    redis.call('LPOP', key)
    count = count - 1
  end
  redis.call('EXPIRE', key, SECONDS)
end
local now, count, receivers = tonumber(ARGV[1]), tonumber(ARGV[2]), 0
local last = redis.call('HINCRBY', KEYS[1], 'number', count)
if last == count then last = fresh(count) end
local parts = {'RN\\1', struct.pack('>I8', last - count + 1)}
if count > 1 then parts[3] = 'RB\\1' end
for i = 1, count do
  local data, number = ARGV[2 + i], struct.pack('>I8', last - count + i)
  for k = 2, #KEYS do keep(KEYS[k], number, #data <= LARGEST and data or '', now) end
  parts[#parts + 1] = count > 1 and struct.pack('>I4', #data) .. data or data
end
local message = table.concat(parts)
for i = 3 + count, #ARGV do receivers = receivers + redis.call('PUBLISH', ARGV[i], message) end
return {last, receivers}
"""
"""Number messages, keep them in logs, and publish them on channels; see bundle.py for how several are one."""

BEGIN = bounded(
    FRESH
    + """
local known = redis.call('HMGET', KEYS[1], 'run', 'number')
local number = tonumber(known[2])
if not number or known[1] ~= ARGV[1] or ARGV[3] == '1' then number = fresh((number or 0) + 1) end
redis.call('HSET', KEYS[1], 'run', ARGV[1], 'window', ARGV[2])
redis.call('EXPIRE', KEYS[1], SEQUENCE_SECONDS)
return number
""",
    SEQUENCE_SECONDS=SEQUENCE_SECONDS,
)
"""Go on with the sequence, or begin it anew where the run is another, or what was kept is known to be torn."""

FETCH = """
local bytes, count = 0, 0
local function after(key, low)
  local found, at = {}, redis.call('LLEN', key)
  while at > 0 do
    local first = math.max(at - 20, 0)
    local block = redis.call('LRANGE', key, first, at - 1)
    for i = #block, 1, -1 do
      if struct.unpack('>I8', block[i]) <= low then return found end
      bytes, count = bytes + #block[i], count + 1
      if bytes > tonumber(ARGV[1]) or count > tonumber(ARGV[2]) then return nil end
      found[#found + 1] = block[i]
    end
    at = first
  end
  return found
end
local sequence = redis.call('HMGET', KEYS[1], 'number', 'begun')
local logs = {}
for i = 2, #KEYS do
  logs[i - 1] = after(KEYS[i], tonumber(ARGV[i + 1]))
  if not logs[i - 1] then return false end
end
return {tonumber(sequence[1]), tonumber(sequence[2]), logs}
"""
"""What logs have after numbers, the latest first; nothing if that is too much."""


def keep(limits: Limits) -> str:
    """The script that keeps, within bounds."""
    return bounded(
        FRESH + KEEP,
        SEQUENCE_SECONDS=SEQUENCE_SECONDS,
        ENTRIES=limits.replay_events,
        BYTES=limits.replay_bytes,
        SECONDS=log_seconds(limits),
        LARGEST=limits.kept_bytes,
    )


def log_seconds(limits: Limits) -> int:
    """How old an entry may be: nobody who may come back is further behind than two pings before they were lost."""
    return int(limits.recovery_seconds + 2 * (limits.ping_interval_seconds + limits.ping_timeout_seconds)) + 30


def digest(script: str) -> str:
    """By what Redis knows a script that it has loaded."""
    return sha1(script.encode(), usedforsecurity=False).hexdigest()


def evaluate(script: str, keys: tuple[bytes, ...], *arguments: bytes | str | int) -> bytes:
    """The command that runs a script."""
    return pack("EVAL", script, len(keys), *keys, *arguments)
