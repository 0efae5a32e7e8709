print("swiftail")
