"""The sites that embed this installation, by origin: who they are, and whether an operator has disabled one. Nothing about visitors."""
