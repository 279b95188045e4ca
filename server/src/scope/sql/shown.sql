-- For each viewer of each place: how many people other than themselves stood there. Only these rows are exposure;
-- own monitoring never is.
INSERT INTO shown
SELECT p.leak, p.host, p.item, p.seg, p.v, p.cls, p.n, p.t0, p.t1,
       toUInt64(s.n) - if((p.leak, p.item, p.seg, p.v) IN (SELECT leak, item, seg, self FROM subjects WHERE self IN (SELECT v FROM viewers)), 1, 0) AS others
FROM place_viewers AS p
INNER JOIN (SELECT leak, item, seg, count() AS n FROM subjects GROUP BY leak, item, seg) AS s
ON p.leak = s.leak AND p.item = s.item AND p.seg = s.seg
WHERE p.cls != 7 AND others > 0
