<?php
// The calls of the sample class in PHP that the vendor of most panels publishes, written anew by its
// behaviour: forms by http_build_query, a user agent from 2001, redirects followed, lists with
// commas, and refills without `action`. Takes address and key from API and KEY; run by scripts/clients.

final class Api
{
    public function order(array $fields): object { return $this->ask(['action' => 'add'] + $fields); }
    public function status($order): object { return $this->ask(['action' => 'status', 'order' => $order]); }
    public function multiStatus(array $orders): object
    {
        return $this->ask(['action' => 'status', 'orders' => implode(',', $orders)]);
    }
    public function services(): array { return $this->ask(['action' => 'services']); }
    public function refill(int $order): object { return $this->ask(['order' => $order]); }
    public function multiRefill(array $orders): array
    {
        return $this->ask(['action' => 'refill', 'orders' => implode(',', $orders)]);
    }
    public function refillStatus(int $refill): object
    {
        return $this->ask(['action' => 'refill_status', 'refill' => $refill]);
    }
    public function multiRefillStatus(array $refills): array
    {
        return $this->ask(['action' => 'refill_status', 'refills' => implode(',', $refills)]);
    }
    public function cancel(array $orders): array
    {
        return $this->ask(['action' => 'cancel', 'orders' => implode(',', $orders)]);
    }
    public function balance(): object { return $this->ask(['action' => 'balance']); }
    public function orders(): array { return $this->ask(['action' => 'orders', 'limit' => 2]); }

    private function ask(array $fields)
    {
        $curl = curl_init(getenv('API'));
        curl_setopt_array($curl, [
            CURLOPT_POST => 1, CURLOPT_POSTFIELDS => http_build_query(['key' => getenv('KEY')] + $fields),
            CURLOPT_RETURNTRANSFER => 1, CURLOPT_HEADER => 0, CURLOPT_FOLLOWLOCATION => 1,
            CURLOPT_USERAGENT => 'Mozilla/4.0 (compatible; MSIE 5.01; Windows NT 5.0)',
        ]);
        $text = curl_exec($curl);
        if (curl_errno($curl) != 0 || $text === '') off('no answer: ' . curl_error($curl));
        return json_decode($text) ?? off("no JSON: $text");
    }
}

function off(string $why): never
{
    fwrite(STDERR, "clients: php: $why\n");
    exit(1);
}

$checked = 0;
function check(string $what, bool $isSo, $found): void
{
    global $checked;
    if (!$isSo) off("$what: " . json_encode($found));
    $checked++;
}

$api = new Api();
$services = $api->services();
$named = fn (string $name) => array_values(array_filter($services, fn ($s) => $s->name === $name))[0]->service;
$followers = $named('Instagram Followers');
$comments = array_values(array_filter($services, fn ($s) => $s->type === 'Custom Comments'))[0]->service;

$before = $api->balance();
check('balance', $before->currency === 'USD' && $before->balance > 0, $before);
$first = $api->order(['service' => $followers, 'link' => 'https://php.example/1?a=b&c=ü', 'quantity' => 100]);
check('an order', is_int($first->order ?? null), $first);
// Whatever the caller leaves empty is sent as an empty field.
$second = $api->order([
    'service' => $comments, 'link' => 'https://php.example/2', 'comments' => "good pic\ngreat photo\n:) \r\n;)",
    'runs' => '', 'interval' => null, 'quantity' => 4,
]);
check('four comments', is_int($second->order ?? null), $second);
$listed = $api->orders();
check('the latest orders', $listed[0]->order === $second->order && $listed[1]->order === $first->order, $listed);
check('its link', $listed[1]->link === 'https://php.example/1?a=b&c=ü', $listed);
$status = $api->status($first->order);
check('status', isset($status->charge, $status->status) && $status->remains == 100, $status);
check('all comments', $api->status($second->order)->remains == 4, $status);
$several = $api->multiStatus([$first->order, $second->order, 999999]);
check('several', $several->{$first->order}->currency === 'USD', $several);
check('an unknown one', $several->{999999}->error === 'Incorrect order ID', $several);
$refill = $api->refill($first->order);
check('a refill without action', $refill->error === 'Incorrect request', $refill);
$refills = $api->multiRefill([$first->order, 999999]);
check('refills', $refills[0]->order === $first->order && isset($refills[1]->refill->error), $refills);
check('a refill that is none', $api->refillStatus(999999)->error === 'Refill not found', null);
$states = $api->multiRefillStatus([999998, 999999]);
check('refills that are none', $states[1]->refill === 999999 && isset($states[1]->status->error), $states);
$cancels = $api->cancel([$second->order, 999999]);
check('cancels', $cancels[0]->order === $second->order && isset($cancels[1]->cancel->error), $cancels);
$again = $api->order(['service' => $followers, 'link' => 'https://php.example/1?a=b&c=ü', 'quantity' => 100]);
check('the same again', str_starts_with($again->error ?? '', 'You have active order'), $again);
echo "clients: php: $checked answers are as they should be\n";
