"""Wrong situations in which an administrator can find Meldwijzer: one list for the tests and the documents."""
