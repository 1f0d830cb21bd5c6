"""Companies: whom contacts belong to, and how often their people come by."""
