"""What a person sees and presses: conversations, commands, buttons, texts."""
