// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading.Tasks;
using FastLedger.Client;
using FastLedger.Cryptography;
using FastLedger.Primitives;

namespace FastLedger.Applications.Running;

/// <summary>Somebody with a key and a session of their own.</summary>
/// <param name="name">How sentences call the party.</param>
/// <param name="key">Its key; disposed with it.</param>
/// <param name="client">Its session; disposed with it.</param>
/// <param name="policy">Number of the policy of its key.</param>
internal sealed class Party(string name, SigningKey key, LedgerClient client, uint policy) : IAsyncDisposable
{
    public string Name => name;

    public SigningKey Key => key;

    public Hash256 PublicKey => key.PublicKey;

    public LedgerClient Client => client;

    public uint Policy => policy;

    /// <summary>What the party sent last, to be sent again.</summary>
    public SentBatch? Last { get; set; }

    public async ValueTask DisposeAsync()
    {
        await client.DisposeAsync().ConfigureAwait(false);
        key.Dispose();
    }
}
