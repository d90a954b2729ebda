// SPDX-License-Identifier: Apache-2.0
using System;
using System.Text.Json.Serialization;
using FastLedger.Primitives;

namespace FastLedger.Domain;

/// <summary>A validator of the first epoch.</summary>
/// <param name="Node">Its place in the cluster's address book.</param>
/// <param name="PublicKey">Its Ed25519 key, 64 hexadecimal digits.</param>
public sealed record GenesisValidator(int Node, string PublicKey)
{
    /// <summary>Bytes in the image that the chain id is the digest of.</summary>
    internal const int ImageBytes = 4 + Hash256.Size;

    /// <summary>The key; zero when the text is no key.</summary>
    [JsonIgnore]
    public Hash256 Key
    {
        get
        {
            byte[] bytes = new byte[Hash256.Size];
            return PublicKey.Length == 2 * Hash256.Size
                && Convert.FromHexString(PublicKey, bytes, out _, out int written) == System.Buffers.OperationStatus.Done && written == bytes.Length
                ? new Hash256(bytes) : default;
        }
    }
}
