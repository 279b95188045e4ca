-- The views themselves, each with its viewer and the stretch of its item (the last change before it tells). A viewer
-- is the account, else client address and user agent; own monitoring is kept apart so that it can never stand for a
-- person.
INSERT INTO views
SELECT
  m.leak, m.host, m.item, m.seg,
  if(cls IN (1, 2, 7), sipHash128(cls, m.client, m.ua), sipHash128(cls, m.account)) AS v,
  toUInt8(multiIf(m.own, 7, m.account != '', a.cls, m.ua IN (SELECT ua FROM crawlers), 2, 1)) AS cls,
  m.t, m.f, m.rn
FROM
(
  SELECT x.*, k.seg AS seg
  FROM (SELECT * FROM matches WHERE ok) AS x
  ASOF LEFT JOIN breaks AS k ON x.leak = k.leak AND x.item = k.item AND x.t >= k.b
) AS m
LEFT JOIN accounts AS a ON m.ns = a.ns AND m.account = a.account
