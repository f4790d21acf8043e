"""What people ask for and do not find: counted by town and career field, of nobody in particular."""
