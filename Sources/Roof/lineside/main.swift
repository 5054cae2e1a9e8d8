Verbs.main()
