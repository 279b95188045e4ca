-- For each viewer of each spot: how many people other than themselves stood there (several, where accounts share
-- the address that saw a mailing). Only these rows are exposure; own monitoring never is.
-- f 4294967295: a recipient who was stated, not seen in a log, so that there is neither a view nor a time (-1).
INSERT INTO shown
SELECT p.leak, p.host, p.place, p.spot, p.v, p.cls, p.n, p.t0, p.t1, toUInt64(s.n - o.n) AS others, o.n
FROM
(
  SELECT spot, v, any(leak) AS leak, any(host) AS host, any(place) AS place, any(cls) AS cls,
         countIf(f != 4294967295) AS n, if(n = 0, -1, minIf(t, f != 4294967295)) AS t0, if(n = 0, -1, maxIf(t, f != 4294967295)) AS t1
  FROM (SELECT * FROM views WHERE cls != 7)
  GROUP BY spot, v
) AS p
INNER JOIN (SELECT place, count() AS n FROM subjects GROUP BY place) AS s ON p.place = s.place
LEFT JOIN selves AS o ON p.place = o.place AND p.v = o.self
WHERE others > 0
