// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Threading;
using System.Threading.Tasks;

namespace FastLedger.Load.Nemesis;

/// <summary>What all clients saw, in the order in which they saw it.</summary>
/// <remarks>Thread: any.</remarks>
public sealed class History
{
    private readonly List<BatchObservation> _entries = [];
    private readonly List<(long Batches, TaskCompletionSource Reached)> _waiting = [];
    private readonly Lock _lock = new();
    private long _answered;
    private Exception? _fault;

    /// <summary>Batches answered.</summary>
    public long Answered => Volatile.Read(ref _answered);

    /// <summary>Commands of these.</summary>
    public long Commands { get; private set; }

    /// <summary>Greatest height that an answer named.</summary>
    public ulong Height { get; private set; }

    /// <summary>All entries so far.</summary>
    public IReadOnlyList<BatchObservation> Entries
    {
        get
        {
            lock (_lock) return _entries.ToArray();
        }
    }

    public void Add(BatchObservation entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        List<TaskCompletionSource> reached = [];
        lock (_lock)
        {
            _entries.Add(entry);
            if (entry.Fate != BatchFate.Answered) return;
            Volatile.Write(ref _answered, _answered + 1);
            Commands += entry.Count;
            Height = Math.Max(Height, entry.Height);
            for (int i = _waiting.Count - 1; i >= 0; i--)
            {
                if (_waiting[i].Batches > _answered) continue;
                reached.Add(_waiting[i].Reached);
                _waiting.RemoveAt(i);
            }
        }

        foreach (TaskCompletionSource source in reached) source.SetResult();
    }

    /// <summary>A client failed: nobody shall wait for its answers.</summary>
    public void Fail(Exception fault)
    {
        TaskCompletionSource[] waiting;
        lock (_lock)
        {
            _fault ??= fault;
            waiting = [.. _waiting.ConvertAll(static w => w.Reached)];
            _waiting.Clear();
        }

        foreach (TaskCompletionSource source in waiting) source.TrySetException(fault);
    }

    /// <summary>Completes when so many more batches are answered.</summary>
    public Task MoreAsync(long batches)
    {
        lock (_lock)
        {
            if (_fault is not null) return Task.FromException(_fault);
            var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((_answered + batches, reached));
            return reached.Task;
        }
    }
}
