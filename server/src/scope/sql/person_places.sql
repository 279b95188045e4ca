-- Each subject of each place with what others saw of them there: the place's totals less the person's own visits.
-- The two earliest and two latest viewers of a place are enough to leave one viewer out of first and last.
INSERT INTO person_places
SELECT
  s.leak, p.host, s.item, s.person,
  p.n - o.n AS n,
  if(p.firsts[1].2 = s.self, p.firsts[2].1, p.firsts[1].1) AS t0,
  if(p.lasts[1].2 = s.self, -p.lasts[2].1, -p.lasts[1].1) AS t1,
  p.named - (o.n > 0) AS named
FROM subjects AS s
INNER JOIN
(
  SELECT leak, host, item, seg, count() AS viewers, sum(n) AS n, countIf(cls != 1) AS named,
         groupArraySorted(2)((t0, v)) AS firsts, groupArraySorted(2)((-t1, v)) AS lasts
  FROM shown
  GROUP BY leak, host, item, seg
) AS p ON s.leak = p.leak AND s.item = p.item AND s.seg = p.seg
LEFT JOIN (SELECT leak, host, item, seg, v, n FROM shown WHERE v IN (SELECT self FROM subjects)) AS o
ON s.leak = o.leak AND p.host = o.host AND s.item = o.item AND s.seg = o.seg AND s.self = o.v
WHERE p.viewers > (o.n > 0)
