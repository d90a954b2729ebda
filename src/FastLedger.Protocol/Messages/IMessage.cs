// SPDX-License-Identifier: Apache-2.0
namespace FastLedger.Protocol.Messages;

/// <summary>Marks the fixed block of a message: a blittable struct whose size is a multiple of 8.</summary>
public interface IMessage
{
    /// <summary>The message this block opens.</summary>
    static abstract TemplateId TemplateId { get; }
}

/// <summary>A question about the state. Its first eight bytes are a request id, which the answer (or the <see cref="Reject"/>) repeats.</summary>
public interface IQuery : IMessage;

/// <summary>The answer to an <see cref="IQuery"/>. Its first eight bytes are the request id.</summary>
public interface IAnswer : IMessage;
