// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Threading;

namespace FastLedger.Storage;

/// <summary>
/// Runs what waits for the device without touching FASTER (syncs, deletions), one job after the other: on a thread of its own, or when the
/// store's thread has time for it. A job that fails ends the store.
/// </summary>
internal sealed class StoreJobs : IDisposable
{
    private readonly StoreFault _fault;
    private readonly Action _done;
    private readonly Queue<Action> _jobs = new();
    private readonly Thread? _thread;
    private bool _stopping;

    /// <summary>Starts the thread if one is wanted.</summary>
    /// <param name="fault">Where a failure goes. After one, no job runs.</param>
    /// <param name="done">Called after each job, when it is no longer <see cref="Pending"/>, on the thread that ran it.</param>
    /// <param name="ownThread">A thread of its own; else <see cref="TryRun"/> runs the jobs.</param>
    public StoreJobs(StoreFault fault, Action done, bool ownThread)
    {
        _fault = fault;
        _done = done;
        if (!ownThread) return;
        _thread = new Thread(Run) { IsBackground = true, Name = "store sync" };
        _thread.Start();
    }

    /// <summary>Jobs that have not ended.</summary>
    public int Pending
    {
        get
        {
            lock (_jobs) return _jobs.Count;
        }
    }

    /// <summary>Adds a job.</summary>
    public void Post(Action job)
    {
        lock (_jobs)
        {
            _jobs.Enqueue(job);
            Monitor.Pulse(_jobs);
        }
    }

    /// <summary>Runs the next job, if there is one and no thread for it.</summary>
    public bool TryRun()
    {
        if (_thread is not null || _jobs.Count == 0) return false;
        Execute(_jobs.Dequeue());
        _done();
        return true;
    }

    /// <summary>Ends after the job under way; those after it are dropped.</summary>
    public void Dispose()
    {
        lock (_jobs)
        {
            _stopping = true;
            Monitor.Pulse(_jobs);
        }

        _thread?.Join();
    }

    private void Run()
    {
        BackgroundPriority.Enter();
        while (true)
        {
            Action job;
            lock (_jobs)
            {
                while (_jobs.Count == 0 && !_stopping) Monitor.Wait(_jobs);
                if (_stopping) return;
                job = _jobs.Peek();
            }

            Execute(job);
            lock (_jobs) _jobs.Dequeue();
            _done(); // who is woken by it may have waited for the last job to end
        }
    }

    private void Execute(Action job)
    {
        if (_fault.First is not null) return;
        try
        {
            job();
        }
        catch (IOException fault)
        {
            _fault.Set(fault);
        }
    }
}
