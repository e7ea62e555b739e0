// Each test runs a process that keeps real time: they would only take it from each other.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
