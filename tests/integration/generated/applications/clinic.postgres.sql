-- A clinic: rules that only a reader of SQL can tell, triggers, and tables in a schema of their own.
CREATE SCHEMA billing;
CREATE TABLE ward (
  id serial PRIMARY KEY, name text NOT NULL, kind text NOT NULL DEFAULT 'normal' CHECK (kind IN ('normal', 'isolation')),
  size char(1) NOT NULL CHECK (size IN ('S', 'L'))
);
CREATE TABLE physician (
  licence char(10) PRIMARY KEY CHECK (licence ~ '^[0-9]{10}$'), name text NOT NULL CHECK (name <> ''),
  initials varchar(4) NOT NULL CHECK (initials ~ '^[A-Z]{2,4}$'), supervisor char(10) REFERENCES physician,
  homepage text UNIQUE CHECK (homepage ~* '^https?://')
);
CREATE TABLE medicine (code varchar(15) PRIMARY KEY, name text NOT NULL, CHECK (code = upper(code)));
CREATE TABLE patient (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(), number varchar(12) NOT NULL UNIQUE CHECK (number ~ '^P-[0-9]{5,8}$'),
  is_archived boolean NOT NULL DEFAULT false, archived_at timestamptz, updated_at timestamp NOT NULL DEFAULT now(),
  height numeric(5, 1), weight numeric(5, 1), discount integer NOT NULL DEFAULT 0 CHECK (discount % 5 = 0),
  plan varchar(10) NOT NULL DEFAULT 'free' CHECK (plan IN ('free', 'full')), seats integer NOT NULL DEFAULT 1,
  label text GENERATED ALWAYS AS ('No. ' || number) STORED,
  CHECK (NOT is_archived OR archived_at IS NOT NULL), CHECK (plan <> 'free' OR seats <= 3)
);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS
  $$ BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$;
CREATE TRIGGER patient_touch BEFORE INSERT OR UPDATE ON patient FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE billing.invoice (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, patient_id uuid NOT NULL REFERENCES patient, due date NOT NULL,
  total numeric(12, 2) NOT NULL CHECK (total >= 0), UNIQUE (patient_id, due)
);
CREATE TABLE billing."Invoice Line" (
  invoice_id bigint NOT NULL REFERENCES billing.invoice ON DELETE CASCADE, line smallint NOT NULL,
  text varchar(80) COLLATE "C" NOT NULL, PRIMARY KEY (invoice_id, line)
);
