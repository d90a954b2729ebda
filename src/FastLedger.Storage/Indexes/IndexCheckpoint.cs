// SPDX-License-Identifier: Apache-2.0
using System.IO;

namespace FastLedger.Storage;

/// <summary>A checkpoint of an index store that is taken and not durable yet.</summary>
public sealed class IndexCheckpoint
{
    private readonly PendingCheckpoint? _pending;
    private readonly IndexStoreOptions _options;
    private readonly StoreFault _fault;
    private StoreToken _token;

    /// <summary>One that is taken; or one that is complete already, with its token.</summary>
    internal IndexCheckpoint(PendingCheckpoint? pending, IndexStoreOptions options, StoreFault fault, in StoreToken token)
    {
        _pending = pending;
        _options = options;
        _fault = fault;
        _token = token;
    }

    internal bool IsComplete => _pending is null || _token.Sequence != 0;

    /// <summary>Makes the checkpoint durable and verifies that it reads back.</summary>
    /// <returns>What <see cref="IndexStore.Recover"/> needs; the last one again when nothing has changed since.</returns>
    /// <exception cref="StorageFaultException">The device failed; the store has stopped.</exception>
    /// <exception cref="StoreDamagedException">What was written does not read back; the store has stopped.</exception>
    /// <remarks>Thread: any, while the store's owner goes on. Blocks: on the device.</remarks>
    public StoreToken Complete()
    {
        _fault.ThrowIfAny();
        if (_token.Sequence != 0) return _token;
        try
        {
            return _token = _pending!.Complete(_options.Files, _options.Directory);
        }
        catch (IOException fault)
        {
            _fault.Set(fault);
            throw;
        }
    }
}
