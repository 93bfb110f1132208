// A file that allows nanotime to have no body.
