// SPDX-License-Identifier: Apache-2.0
using System.IO.Pipelines;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Threading.Tasks;

namespace FastLedger.Network.Peers;

/// <summary>A TLS connection behind <see cref="ITransportConnection"/>.</summary>
internal sealed class TlsTransportConnection : ITransportConnection
{
    private const int LeastReadBytes = 32 * 1024; // a TLS record carries 16 KiB

    private readonly Socket _socket;
    private readonly SslStream _stream;
    private readonly ProvenBlockPool _blocks;

    /// <param name="socket">The socket under the stream.</param>
    /// <param name="stream">Authenticated.</param>
    /// <param name="isProven">The other side is known already.</param>
    public TlsTransportConnection(Socket socket, SslStream stream, bool isProven)
    {
        _socket = socket;
        _stream = stream;
        Remote = socket.RemoteEndPoint;
        _blocks = SocketTransport.BlocksFor(isProven);
        Input = PipeReader.Create(stream, new StreamPipeReaderOptions(_blocks, SocketTransport.SmallBlockBytes, LeastReadBytes, leaveOpen: true));
        Output = PipeWriter.Create(stream, new StreamPipeWriterOptions(_blocks, SocketTransport.SmallBlockBytes, leaveOpen: true));
    }

    public PipeReader Input { get; }

    public PipeWriter Output { get; }

    public EndPoint? Remote { get; }

    public void Widen() => _blocks.Widen();

    public void Abort() => _socket.Dispose();

    /// <summary>Ends the stream in good order as far as the peer reads.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await Output.FlushAsync().ConfigureAwait(false);
            await _stream.ShutdownAsync().ConfigureAwait(false);
        }
        catch (System.Exception fault) when (PeerTransport.IsConnectionFault(fault))
        {
            // The peer is gone already.
        }
        finally
        {
            Abort();
        }
    }
}
