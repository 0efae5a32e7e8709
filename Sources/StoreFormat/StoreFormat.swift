// StoreFormat
