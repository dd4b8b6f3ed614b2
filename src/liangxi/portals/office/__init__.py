"""The pages of the bureau, the auditor and the security administrator."""
