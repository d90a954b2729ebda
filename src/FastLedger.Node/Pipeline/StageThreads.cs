// SPDX-License-Identifier: Apache-2.0
using System;
using System.IO;
using System.Threading;

namespace FastLedger.Node.Pipeline;

/// <summary>Starts the threads of a replica's stages: a fault of the device in one of them stops all.</summary>
/// <param name="fault">Told of it, on the thread where it happened.</param>
/// <param name="stopped">Cancelled when the replica stops: a stage may be held up by another one then, and gives up.</param>
internal sealed class StageThreads(Action<Exception> fault, CancellationToken stopped)
{
    /// <summary>Runs a stage on a thread of its own.</summary>
    /// <param name="name">Of the thread, in the system's lists.</param>
    /// <param name="run">Returns when the stage is stopped.</param>
    public Thread Launch(string name, Action run)
    {
        var thread = new Thread(() =>
        {
            try
            {
                run();
            }
            catch (IOException e)
            {
                fault(e);
            }
            catch (OperationCanceledException) when (stopped.IsCancellationRequested)
            {
                // The stage was held up by one that stopped.
            }
        })
        {
            Name = name,
            IsBackground = true,
        };
        thread.Start();
        return thread;
    }
}
