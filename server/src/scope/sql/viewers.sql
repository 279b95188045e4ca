-- What is known of each viewer, once.
INSERT INTO viewers
SELECT v, any(cls), any(account), any(client), any(ua)
FROM
(
  SELECT
    toUInt8(multiIf(m.own, 7, m.account != '', a.cls, m.ua IN (SELECT ua FROM crawlers), 2, 1)) AS cls,
    reinterpretAsUInt128(if(cls IN (1, 2, 7), sipHash128(cls, m.client, toString(m.ua)), sipHash128(cls, m.account))) AS v,
    if(cls IN (1, 2, 7), '', m.account) AS account,
    if(cls IN (1, 2, 7), m.client, '') AS client,
    if(cls IN (1, 2, 7), toString(m.ua), '') AS ua
  FROM matches AS m
  LEFT JOIN accounts AS a ON m.ns = a.ns AND m.account = a.account
  WHERE m.ok
)
GROUP BY v
