"""`make bench`: speed and memory of this product, and of stock Rasa beside it. No test: no build fails by it."""
