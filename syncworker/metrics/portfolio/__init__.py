"""Numbers of a whole portal per period and segment; they are reported, never written to HubSpot."""
