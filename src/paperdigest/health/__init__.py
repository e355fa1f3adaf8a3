"""How others see that the service is well: what is watched and counted, and where that is shown."""
