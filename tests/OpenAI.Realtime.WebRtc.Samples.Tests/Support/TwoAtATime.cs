// Each test runs a process that keeps real time and mostly waits: more of them would take it from each other.
[assembly: CollectionBehavior(MaxParallelThreads = 2)]
