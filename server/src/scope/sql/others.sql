-- How many others of each class saw each person: the distinct viewers of all places where the person stands, without the
-- person. Most viewers are seen at one place only and can be added up, place by place. Those who roam may be seen at
-- several places of one person: they are united once for each set of places that people stand on together, never for each
-- person. Classes are positions in an array: 0 to 6, as RECIPIENT_CLASSES; own monitoring is in `shown` never.
INSERT INTO roaming SELECT v FROM shown GROUP BY v HAVING min(place) != max(place)
;

INSERT INTO place_viewers
SELECT place, arrayMap(c -> toInt64(countEqual(stays, c)), range(7)), arrayMap(c -> toInt64(countEqual(roams, c)), range(7))
FROM
(
  SELECT place, groupArrayIf(cls, NOT r) AS stays, groupArrayIf(cls, r) AS roams
  FROM (SELECT place, v, any(cls) AS cls, any(v IN (SELECT v FROM roaming)) AS r FROM shown GROUP BY place, v)
  GROUP BY place
)
;

INSERT INTO place_sets
SELECT person, reinterpretAsUInt128(sipHash128(arraySort(groupUniqArray(place)) AS places)), places
FROM subjects
WHERE place IN (SELECT place FROM place_viewers WHERE arraySum(roams) > 0)
GROUP BY person
HAVING length(places) > 1
