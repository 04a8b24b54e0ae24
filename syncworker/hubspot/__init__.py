"""HubSpot: transport, budget, answers, objects, properties, lifecycle stages."""
