-- For each viewer of each place: how many people other than themselves stood there (several, where accounts share
-- the address that saw a mailing). Only these rows are exposure; own monitoring never is.
INSERT INTO shown
SELECT p.leak, p.host, p.item, p.seg, p.v, p.cls, p.n, p.t0, p.t1, toUInt64(s.n - o.n) AS others
FROM place_viewers AS p
INNER JOIN (SELECT leak, item, seg, count() AS n FROM subjects GROUP BY leak, item, seg) AS s
ON p.leak = s.leak AND p.item = s.item AND p.seg = s.seg
LEFT JOIN
(
  SELECT leak, item, seg, self, count() AS n FROM subjects
  WHERE self IN (SELECT v FROM viewers)
  GROUP BY leak, item, seg, self
) AS o ON p.leak = o.leak AND p.item = o.item AND p.seg = o.seg AND p.v = o.self
WHERE p.cls != 7 AND others > 0
