-- Lines of which one showed a person more than once: in several leaks, or to several third parties. A line is one view,
-- so status takes the rest off. Lines are grouped by the places where they stand (and by the viewer only where that
-- viewer stands there too, because own visits show nothing), so that viewers are not multiplied by subjects.
INSERT INTO again
SELECT person, sum(lines * (k - 1)) AS n
FROM
(
  SELECT s.person AS person, g.id AS id, any(g.lines) AS lines, countIf(g.place.2 = 0 OR g.place.2 != s.self) AS k
  FROM
  (
    SELECT sipHash128(places) AS id, count() AS lines, arrayJoin(places) AS place
    FROM
    (
      SELECT arraySort(groupArray((place, if((place, v) IN (SELECT place, self FROM selves), v, toUInt128(0))))) AS places
      FROM views
      WHERE f != 4294967295 AND cls != 7
      GROUP BY f, rn
      HAVING count() > 1
    )
    GROUP BY places
  ) AS g
  INNER JOIN subjects AS s ON g.place.1 = s.place
  GROUP BY person, id
)
WHERE k > 1
GROUP BY person
