-- The views themselves, each with its viewer and its place. A viewer is the account, else client address and user agent;
-- own monitoring is kept apart so that it can never stand for a person.
INSERT INTO views
SELECT
  m.leak, m.host, m.item,
  if(m.seg = 0, reinterpretAsUInt128(sipHash128(m.leak, m.item)) AS page, reinterpretAsUInt128(sipHash128(page, m.seg))) AS place,
  reinterpretAsUInt128(sipHash128(place, toString(m.host))) AS spot,
  if(cls IN (1, 2, 7), reinterpretAsUInt128(sipHash128(cls, m.client, toString(m.ua))), a.v) AS v,
  toUInt8(multiIf(m.own, 7, m.account != '', a.cls, m.ua IN (SELECT ua FROM crawlers), 2, 1)) AS cls,
  m.t, m.f, m.rn
FROM stretched AS m
LEFT JOIN accounts AS a ON m.ns = a.ns AND m.account = a.account
