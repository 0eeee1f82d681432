"""Every sentence shown to a model or a person, one TOML file per room and language."""
