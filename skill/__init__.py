"""The expert: contract, workflow, intake, trigger and doors."""
