INSERT INTO selves
SELECT place, self, count()
FROM subjects
WHERE self IN (SELECT v FROM accounts WHERE cls IN (0, 6))
GROUP BY place, self
