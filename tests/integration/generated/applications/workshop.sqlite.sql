-- A workshop: names of another age, keys of every origin, and rows that point at their own kind.
CREATE TABLE ab_user (
  id INTEGER PRIMARY KEY, first_name VARCHAR(64) NOT NULL, last_name VARCHAR(64) NOT NULL,
  username VARCHAR(64) NOT NULL UNIQUE, password VARCHAR(256), active BOOLEAN, email VARCHAR(320) NOT NULL UNIQUE,
  last_login DATETIME, login_count INTEGER, fail_login_count INTEGER, created_on DATETIME, changed_on DATETIME,
  created_by_fk INTEGER REFERENCES ab_user (id), changed_by_fk INTEGER REFERENCES ab_user (id)
);
CREATE TABLE "Mechanic" (
  "MechanicId" INTEGER NOT NULL PRIMARY KEY, "LastName" NVARCHAR(20) NOT NULL,
  "ReportsTo" INTEGER REFERENCES "Mechanic" ("MechanicId"), "HiredOn" DATE
);
-- A key that people give.
CREATE TABLE bay (number INT NOT NULL PRIMARY KEY, note TEXT);
CREATE TABLE "Spare Part" (
  "Part No" TEXT NOT NULL PRIMARY KEY, description TEXT NOT NULL, "Unit-Price" NUMERIC(10, 2) NOT NULL DEFAULT 0,
  owner_id INTEGER REFERENCES ab_user (id), created_by_fk INTEGER NOT NULL REFERENCES ab_user (id)
);
-- Nothing in it has to be known.
CREATE TABLE remark (id INTEGER PRIMARY KEY, body VARCHAR(200));
-- The key's columns come in another order than the table's.
CREATE TABLE booking (
  day DATE NOT NULL, bay INT NOT NULL REFERENCES bay (number), title VARCHAR(40) NOT NULL, PRIMARY KEY (bay, day)
);
-- Referred to by what is unique, and not by the key.
CREATE TABLE job (
  id INTEGER PRIMARY KEY, plate VARCHAR(12) NOT NULL, year INTEGER NOT NULL, UNIQUE (plate, year), UNIQUE (plate, id)
);
CREATE TABLE invoice (
  id INTEGER PRIMARY KEY, plate VARCHAR(12) NOT NULL, year INTEGER NOT NULL, total NUMERIC(8, 2) NOT NULL,
  FOREIGN KEY (plate, year) REFERENCES job (plate, year) ON DELETE CASCADE
);
-- A key that is a foreign key, and a key that refers to it.
CREATE TABLE warranty (job_id INTEGER NOT NULL PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE, until DATE);
CREATE TABLE warranty_claim (
  job_id INTEGER NOT NULL REFERENCES warranty (job_id), line INTEGER NOT NULL, text VARCHAR(80),
  PRIMARY KEY (job_id, line)
);
-- Words of Python, SQLAlchemy and WTForms.
CREATE TABLE reading (
  id INTEGER PRIMARY KEY, "class" VARCHAR(10), metadata JSON, query TEXT, "str" VARCHAR(3), "int" INTEGER, items INTEGER,
  "values" INTEGER, data TEXT, "date" DATE, datetime DATETIME, uuid CHAR(36), "2nd" BOOLEAN, "self" VARCHAR(3)
);
-- No row of these can be the first one.
CREATE TABLE shift (id INTEGER PRIMARY KEY, after_id INTEGER NOT NULL REFERENCES shift (id), label VARCHAR(20) NOT NULL);
CREATE TABLE team (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, lead_id INTEGER NOT NULL REFERENCES lead (id));
CREATE TABLE lead (id INTEGER PRIMARY KEY, name VARCHAR(20) NOT NULL, team_id INTEGER NOT NULL REFERENCES team (id));
