"""What this application puts between itself and Flask-AppBuilder.

Views and APIs inherit from the classes here, which have the names of those that they
extend. Each mends something that Flask-AppBuilder does:

* filters live on the view, so requests in two threads see each other's: here every
  request has its own (`interface`);
* a violated constraint is an error 500, or shows SQL: here it is a sentence for people
  (`writes`, `messages`);
* unknown actions, filters, order columns, operators and page numbers are errors 500, or
  are ignored: here they are refused (`views`, `api`);
* a list asks for the related rows of each of its rows in turn: here for all at once
  (`views`);
* charts read every row, and need a script from another site: here the database counts,
  and the page draws (`charts`);
* a master-detail page skips the view's own base filters (`views`);
* of several keys to one table only the first has its rows listed (`views`);
* forms turn a missing text into an empty one (`views`), know nothing of constraints
  over several columns (`rules`), lose decimals and cannot leave a check box empty
  (`fields`);
* only whole numbers are good keys: here dates, UUIDs, texts with a slash, and several
  columns at once are too (`interface`);
* an API demands an enum although it has a default, makes a row of a key that none has,
  and knows no bytes (`api`).
"""
