"""What the business knows: tables, migrations, the door, projections and roll-ups."""
