// SPDX-License-Identifier: Apache-2.0
using System.Runtime.InteropServices;

namespace FastLedger.Cryptography;

/// <summary>One signature to check: addresses that stay valid for the duration of the call.</summary>
/// <param name="publicKey">32 bytes.</param>
/// <param name="message">The signed bytes; may be null when there are none.</param>
/// <param name="messageLength">Their number.</param>
/// <param name="signature">64 bytes.</param>
[StructLayout(LayoutKind.Sequential)]
public readonly unsafe struct SignedMessage(byte* publicKey, byte* message, nuint messageLength, byte* signature)
{
    public readonly byte* PublicKey = publicKey;
    public readonly byte* Message = message;
    public readonly nuint MessageLength = messageLength;
    public readonly byte* Signature = signature;
}
