-- Own visits: the viewer that a person is, unless that viewer is somebody else at another place of theirs (as where one
-- leak knows accounts and another addresses).
INSERT INTO own_visits
SELECT s.person, s.self, any(w.cls)
FROM subjects AS s
INNER JOIN (SELECT DISTINCT place, v, cls FROM shown WHERE own > 0) AS w ON s.place = w.place AND s.self = w.v
GROUP BY s.person, s.self
;

INSERT INTO strangers
SELECT DISTINCT s.person, w.v
FROM (SELECT * FROM subjects WHERE person IN (SELECT person FROM subjects GROUP BY person HAVING min(self) != max(self))) AS s
INNER JOIN (SELECT DISTINCT place, v FROM shown WHERE v IN (SELECT v FROM own_visits)) AS w ON s.place = w.place
WHERE s.self != w.v AND (s.person, w.v) IN (SELECT person, v FROM own_visits)
;

INSERT INTO others
SELECT person, sumForEach(n)
FROM
(
  SELECT s.person AS person, p.stays AS n
  FROM (SELECT DISTINCT person, place FROM subjects) AS s INNER JOIN place_viewers AS p ON s.place = p.place
  UNION ALL
  SELECT s.person, p.roams
  FROM (SELECT DISTINCT person, place FROM subjects WHERE person NOT IN (SELECT person FROM place_sets)) AS s
  INNER JOIN place_viewers AS p ON s.place = p.place
  UNION ALL
  SELECT s.person, u.n FROM place_sets AS s INNER JOIN set_viewers AS u ON s.id = u.id
  UNION ALL
  SELECT person, arrayMap(c -> toInt64(if(c = cls, -1, 0)), range(7)) FROM own_visits
  WHERE (person, v) NOT IN (SELECT person, v FROM strangers)
)
GROUP BY person
;

-- The pages on which each person was seen by others, the most viewed first; at most five by name.
INSERT INTO person_pages
SELECT person, arrayMap(x -> (x.2, x.3), groupArraySorted(5)((-toInt64(n), leak, item))), count()
FROM
(
  SELECT h.person AS person, h.leak AS leak, h.item AS item, sum(o.n) AS n
  FROM (SELECT DISTINCT leak, item, person, reinterpretAsUInt128(sipHash128(leak, item)) AS page FROM holders WHERE leak IN {leaks:Array(UInt8)}) AS h
  INNER JOIN
  (
    SELECT p.person AS person, if(w.whole = 0, p.place, w.whole) AS page, p.n AS n
    FROM (SELECT person, place, n FROM person_spots WHERE leak IN {leaks:Array(UInt8)}) AS p
    LEFT JOIN (SELECT place, page AS whole FROM stretches) AS w ON p.place = w.place
  ) AS o ON h.person = o.person AND h.page = o.page
  GROUP BY person, leak, item
)
GROUP BY person
