"""Where it comes together: the site, and a controller for each charge point."""
