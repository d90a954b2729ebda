// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol;

/// <summary>Identity of the message schema <c>fastledger.sbe.xml</c>.</summary>
public static class Schema
{
    /// <summary>Schema id that every message header carries.</summary>
    public const ushort Id = 1979;
    /// <summary>Newest version of the schema that this code speaks.</summary>
    public const ushort Version = 1;
    /// <summary>Oldest version of the schema that this code speaks.</summary>
    public const ushort OldestVersion = 1;
}
