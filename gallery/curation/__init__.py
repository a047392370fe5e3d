"""What people say: labels, albums, saved queries; all of it can be undone, dumped and restored."""
