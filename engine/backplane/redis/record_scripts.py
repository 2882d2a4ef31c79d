"""What Redis does in one step, as Lua, with the records of who may come back."""

from engine.backplane.redis.scripts import SEQUENCE_SECONDS, bounded

TAKEN_SECONDS = 30
"""How long a record is taken by a node that is not heard of any more."""

WRITE = """
if ARGV[7] ~= '1' and redis.call('HGET', KEYS[1], 'holder') ~= ARGV[1] then return false end
redis.call('HSET', KEYS[1], 'holder', ARGV[1], 'owner', ARGV[2], 'ready', ARGV[3], 'record', ARGV[4], 'as_of', ARGV[5])
if ARGV[7] == '1' then redis.call('HDEL', KEYS[1], 'taken') end
redis.call('PEXPIRE', KEYS[1], ARGV[6])
local most = tonumber(ARGV[8])
if most > 0 then
  redis.call('RPUSH', KEYS[3], ARGV[1] .. ' ' .. KEYS[1])
  redis.call('PEXPIRE', KEYS[3], ARGV[6])
  if redis.call('LLEN', KEYS[3]) > most then
    local away = {}
    for _, each in ipairs(redis.call('LRANGE', KEYS[3], 0, -1)) do
      local holder, key = string.match(each, '^(%S+) (.*)$')
      if redis.call('HGET', key, 'holder') == holder then away[#away + 1] = {each, key} end
    end
    redis.call('DEL', KEYS[3])
    for i, each in ipairs(away) do
      if i <= #away - most then redis.call('DEL', each[2]) else redis.call('RPUSH', KEYS[3], each[1]) end
    end
    redis.call('PEXPIRE', KEYS[3], ARGV[6])
  end
end
return tonumber(redis.call('HGET', KEYS[2], 'number'))
"""
"""Write a record as its holder, or become that. Of those of a user who are away, the latest so many stay, if any bound.

The list of them has the holder that each had when it was lost: who came back since has another, and does not count.
"""

TAKE = bounded(
    """
local record = redis.call('HMGET', KEYS[1], 'owner', 'ready', 'taken', 'record', 'as_of')
local now = tonumber(redis.call('TIME')[1])
if record[1] ~= ARGV[1] or record[2] ~= '1' then return false end
if record[3] and now - record[3] < TAKEN_SECONDS then return false end
redis.call('HSET', KEYS[1], 'taken', now)
return {record[4], tonumber(record[5])}
""",
    TAKEN_SECONDS=TAKEN_SECONDS,
)
"""Take up a record that is ready, as its owner, unless somebody else has just done so."""

PUT_BACK = "return redis.call('HDEL', KEYS[1], 'taken')"

RENEW = bounded(
    """
if redis.call('HGET', KEYS[1], 'holder') == ARGV[1] then
  redis.call('HSET', KEYS[1], 'as_of', ARGV[2])
  redis.call('PEXPIRE', KEYS[1], ARGV[3])
end
redis.call('EXPIRE', KEYS[2], SEQUENCE_SECONDS)
return tonumber(redis.call('HGET', KEYS[2], 'number'))
""",
    SEQUENCE_SECONDS=SEQUENCE_SECONDS,
)
"""Have a record live on, as its holder; returns the number of the latest that was kept."""

DROP = """
for i = 1, #KEYS do
  if ARGV[i] == '' or redis.call('HGET', KEYS[i], 'holder') == ARGV[i] then redis.call('DEL', KEYS[i]) end
end
"""
"""Forget records, each as its holder, or as whoever has taken it."""
