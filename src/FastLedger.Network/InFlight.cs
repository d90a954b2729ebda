// SPDX-License-Identifier: Apache-2.0
using System.Threading;
using System.Threading.Tasks;
using FastLedger.Primitives;

namespace FastLedger.Network;

/// <summary>Counts pieces of work that are under way, so that whoever closes can wait for the last of them.</summary>
/// <remarks>Thread: any. Alloc: none per piece of work. Blocks: no.</remarks>
public sealed class InFlight
{
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _count = 1; // one of it belongs to whoever will close

    /// <summary>A piece of work begins; only the owner, or work that is itself under way, may say so.</summary>
    public void Begin() => Interlocked.Increment(ref _count);

    /// <summary>A piece of work ended.</summary>
    public void End()
    {
        long left = Interlocked.Decrement(ref _count);
        Invariant.Check(left >= 0);
        if (left == 0) _idle.SetResult();
    }

    /// <summary>Nothing new will begin from outside; call it once.</summary>
    /// <returns>Completes when nothing is under way any more.</returns>
    public Task CloseAsync()
    {
        End();
        return _idle.Task;
    }
}
